const TURNS =
  /^\s*(?:actually|wait|hold on|hmm|correction|scratch that|on second thought|let me (?:reconsider|correct|re-?check)|i (?:was|am) wrong|i misspoke|sorry, )/i;

/** A sentence that begins as people do who take something back. English only, and a guess at that. */
export function soundsLikeSelfCorrection(sentence: string): boolean {
  return TURNS.test(sentence.slice(0, 64));
}
