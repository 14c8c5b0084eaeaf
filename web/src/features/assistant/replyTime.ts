import { formatMoment } from "../../ui/When";

// As the API says it, in the service's time zone: "A nurse answers by Friday 27 November, 17:13 UTC."
const BY = /answers by (\p{L}+ \d{1,2} \p{L}+, \d{2}:\d{2} [\p{L}\d+:-]+)/u;

interface Promised {
  until_then?: string | null;
  reply_by?: string | null;
}

/** Returns how a text's time of the nurse's answer is said in the viewer's time zone, as the page says it elsewhere. */
export function inViewersZone(promised: Promised | null): (text: string) => string {
  const said = promised?.until_then && BY.exec(promised.until_then)?.[1];
  if (!said || !promised.reply_by) return (text) => text;
  const here = formatMoment(promised.reply_by, { zone: true });
  return (text) => text.replaceAll(said, here);
}
