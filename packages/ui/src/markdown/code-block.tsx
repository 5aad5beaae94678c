"use client";
import { memo, useState, type ReactElement, type ReactNode } from "react";
import { flag } from "../component.js";
import { markdownWords } from "../strings/english/markdown.js";
import { useWords } from "../strings/strings.js";
import { cleanCode } from "./clean-text.js";
import { useHighlighting, type CodeToken } from "./code-highlight.js";
import { useCopyNote } from "./copy-note.js";
import { MarkedWords } from "./marked-words.js";
import { useMarkdownOptions } from "./markdown-options.js";
import { stripMarkup } from "./sentinels.js";

export interface CodeBlockProps {
  /** Whole lines in groups, each with its line break. A group that has not changed is not drawn again. */
  readonly groups: readonly string[];
  /** The line that is being written; '' when there is none. */
  readonly line: string;
  /** All that stands behind the mark of the fence. */
  readonly info: string;
  readonly isClosed: boolean;
  /** The message ended before the fence did. */
  readonly isCut: boolean;
  /** Nothing of it can change any more. */
  readonly isFinal: boolean;
  /** Stands behind the last line. */
  readonly tail?: ReactNode;
}

/** Code with its language, Copy, and lines that wrap on demand. Left to right in any surroundings. Renders a `div`. */
export function CodeBlock(props: CodeBlockProps): ReactNode {
  const { fences, components } = useMarkdownOptions();
  const { groups, line, isClosed, isFinal } = props;
  const language = languageOf(props.info);
  const renderFence = fences?.[language.toLowerCase()];
  if (renderFence !== undefined && isClosed && isFinal) return renderFence({ code: plainCode(groups, line), language });
  if (components?.Code !== undefined) return <components.Code code={plainCode(groups, line)} language={language} isClosed={isClosed} />;
  return <FramedCode {...props} language={language} />;
}

/** A name only, since it becomes an attribute and a key. */
function languageOf(info: string): string {
  const name =
    stripMarkup(info)
      .trim()
      .split(/\s+/)[0]
      ?.replace(/^language-/, "") ?? "";
  return /^[\w+#.-]{1,32}$/.test(name) ? name : "";
}

function plainCode(groups: readonly string[], line: string): string {
  const code = groups.join("") + line;
  return cleanCode(stripMarkup(line === "" ? code.replace(/\n$/, "") : code));
}

function FramedCode(props: CodeBlockProps & { readonly language: string }): ReactElement {
  const { groups, line, isClosed, isCut, isFinal, tail, language } = props;
  const { markdown } = useWords(markdownWords);
  const { highlighter } = useMarkdownOptions();
  const [isWrapped, setWrapped] = useState(false);
  const coloured = useHighlighting(highlighter, groups, language, isClosed || isFinal);
  const name = language === "" ? markdown.code : markdown.codeIn(language);
  const isUnfinished = isCut && !isClosed;
  return (
    <div className="unsay-code" data-unsay="answer.code" data-unfinished={flag(isUnfinished)} dir="ltr">
      <div className="unsay-code-bar">
        <span aria-hidden="true">{language === "" ? markdown.code : language}</span>
        {isUnfinished ? <span data-unsay="answer.note">{markdown.unfinished}</span> : null}
        <button type="button" className="unsay-link-button" aria-pressed={isWrapped} onClick={() => setWrapped(!isWrapped)}>
          {markdown.wrap}
        </button>
        <CopyCode groups={groups} line={line} isFinal={isFinal && !isUnfinished} />
      </div>
      <pre role="group" aria-label={name} tabIndex={0} data-language={language || undefined} data-wrap={flag(isWrapped)}>
        <code>
          {groups.map((group, index) => (
            <CodeGroup
              key={index}
              text={index === groups.length - 1 && line === "" ? group.replace(/\n$/, "") : group}
              tokens={coloured[index]}
              isOpen={tail !== undefined && index === groups.length - 1 && line === ""}
            />
          ))}
          <MarkedWords text={line} clean={cleanCode} />
          {tail}
        </code>
      </pre>
    </div>
  );
}

interface CodeGroupProps {
  readonly text: string;
  readonly tokens: readonly CodeToken[] | undefined;
  /** What stands behind it stands on its last line. */
  readonly isOpen: boolean;
}

/** A block of its own, so that a line added below does not lay out the lines above again. */
const CodeGroup = memo(function CodeGroup({ text, tokens = [], isOpen }: CodeGroupProps): ReactElement {
  const known = tokens.reduce((sum, token) => sum + token.text.length, 0);
  return (
    <span className={isOpen ? "unsay-lines unsay-open" : "unsay-lines"}>
      {tokens.map((token, index) => (
        <span key={index} data-token={token.kind}>
          {cleanCode(index === tokens.length - 1 && known > text.length ? token.text.replace(/\n$/, "") : token.text)}
        </span>
      ))}
      <MarkedWords text={text.slice(known)} clean={cleanCode} />
    </span>
  );
});

interface CopyCodeProps {
  readonly groups: readonly string[];
  readonly line: string;
  readonly isFinal: boolean;
}

/** What is seen is what is copied; what is not finished says so in its last line. */
function CopyCode({ groups, line, isFinal }: CopyCodeProps): ReactElement {
  const { markdown } = useWords(markdownWords);
  const noteOf = useCopyNote();
  const [outcome, setOutcome] = useState<"copied" | "failed" | null>(null);
  const copy = async (): Promise<void> => {
    const note = isFinal ? null : noteOf();
    try {
      await navigator.clipboard.writeText(plainCode(groups, line) + (note === null ? "" : `\n${note}`));
      setOutcome("copied");
    } catch {
      setOutcome("failed");
    }
  };
  const words = { copied: markdown.copied, failed: markdown.copyFailed };
  return (
    <button
      type="button"
      className="unsay-link-button"
      data-unsay="answer.code-copy"
      onClick={() => void copy()}
      onBlur={() => setOutcome(null)}
    >
      {outcome === null ? markdown.copyCode : words[outcome]}
    </button>
  );
}
