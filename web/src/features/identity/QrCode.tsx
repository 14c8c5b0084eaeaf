import { encode } from "uqr";
import classes from "./SecondFactor.module.css";

/** A QR code, drawn here: what it holds is a secret and goes to no other machine. Dark on light in either scheme. */
export default function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const squares = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className={classes.qr}
    >
      <path d={squares.join("")} />
    </svg>
  );
}
