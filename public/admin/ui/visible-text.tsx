import { visible } from "../../../src/tokens/visible-text.ts";

const SIGNS = /⟨U\+[0-9A-F]{4,6}⟩/g;

/** A text written by a person. Hidden characters show as signs, and its direction does not affect the text around it. */
export function VisibleText({ text }: { text: string }) {
  return (
    <bdi class="visible-text">
      {piecesOf(visible(text)).map(({ at, text, isSign }) =>
        isSign ? (
          <span key={at} class="sign">
            <span class="bracket">{text.slice(0, 1)}</span>
            {text.slice(1, -1)}
            <span class="bracket">{text.slice(-1)}</span>
          </span>
        ) : (
          text
        ),
      )}
    </bdi>
  );
}

interface Piece {
  readonly at: number;
  readonly text: string;
  readonly isSign: boolean;
}

function piecesOf(shown: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: sign, index } of shown.matchAll(SIGNS)) {
    pieces.push({ at: end, text: shown.slice(end, index), isSign: false });
    pieces.push({ at: index, text: sign, isSign: true });
    end = index + sign.length;
  }
  return [...pieces, { at: end, text: shown.slice(end), isSign: false }];
}
