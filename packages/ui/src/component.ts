import { forwardRef, type ForwardedRef, type ForwardRefExoticComponent, type ReactNode, type Ref, type RefAttributes } from "react";

/** A component whose `ref` reaches its element on React 18 and 19 alike. */
export type UiComponent<Element, Props> = ForwardRefExoticComponent<Props & RefAttributes<Element>>;

/** Names the component for developer tools and passes its ref on. */
export function withRef<Element, Props>(
  name: string,
  render: (props: Props, ref: ForwardedRef<Element>) => ReactNode,
): UiComponent<Element, Props> {
  const component = forwardRef(render as Parameters<typeof forwardRef<Element, Props>>[0]);
  component.displayName = name;
  return component as unknown as UiComponent<Element, Props>;
}

export function joinClasses(...names: readonly (string | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}

/** The user's handler runs first and may keep ours from running with `preventDefault`. */
export function composeHandlers<Event extends { readonly defaultPrevented: boolean }>(
  theirs: ((event: Event) => void) | undefined,
  ours: (event: Event) => void,
): (event: Event) => void {
  return (event) => {
    theirs?.(event);
    if (!event.defaultPrevented) ours(event);
  };
}

export function mergeRefs<Element>(...refs: readonly (Ref<Element> | undefined)[]): (element: Element | null) => void {
  return (element) => {
    for (const ref of refs) {
      if (typeof ref === "function") ref(element);
      else if (ref) (ref as { current: Element | null }).current = element;
    }
  };
}

/** Attributes that stand there or do not: `true` becomes an empty attribute, `false` none. */
export function flag(on: boolean): "" | undefined {
  return on ? "" : undefined;
}
