/** A whole page with one chat on it, which is asked and then answered word by word. */
export interface AnswerPage {
  ask(): Promise<void>;
  push(delta: string): void;
  end(): void;
}

export interface PageAdapter {
  mount(element: HTMLElement): AnswerPage;
}
