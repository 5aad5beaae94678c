/** What is done with an answer that stands there, in one file that is fetched on demand: corrections told and compared, versions, copies. */
export { rememberCopy } from "@unsay/react";
export { AnswerNews } from "./answer-news.js";
export { copyAnswer } from "./copy-answer.js";
export { Legend } from "./legend.js";
export { MarkEnd, MarkPoint, MarkWords } from "./live-marks.js";
export { MessageVersions } from "./message-versions.js";
