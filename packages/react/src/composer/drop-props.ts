import type { ClipboardEvent, DragEvent } from "react";

export interface DropProps {
  readonly onDragOver: (event: DragEvent) => void;
  readonly onDragLeave: (event: DragEvent) => void;
  readonly onDrop: (event: DragEvent) => void;
  readonly onPaste: (event: ClipboardEvent) => void;
}

/** Takes files that are dropped or pasted, where any are taken. */
export function createDropProps(canAttach: boolean, add: (files: Iterable<File>) => void, setDropping: (on: boolean) => void): DropProps {
  const hasFiles = (data: DataTransfer | null): data is DataTransfer => canAttach && data !== null && data.types.includes("Files");
  return {
    onDragOver: (event) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      setDropping(true);
    },
    onDragLeave: (event) => {
      if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setDropping(false);
    },
    onDrop: (event) => {
      setDropping(false);
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      add(event.dataTransfer.files);
    },
    onPaste: (event) => {
      if (!hasFiles(event.clipboardData) || event.clipboardData.files.length === 0) return;
      event.preventDefault();
      add(event.clipboardData.files);
    },
  };
}
