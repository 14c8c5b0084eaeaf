/** Two short tones, made here: no file to load, and nothing that says what they are about. */
let context: AudioContext | null = null;

/** Lets tones sound later. Browsers permit it only while somebody presses a key or a button. */
export function allowSound(): void {
  if (typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume().catch(() => undefined);
}

export function isSoundBlocked(): boolean {
  return context === null || context.state !== "running";
}

export function ring(): void {
  if (context?.state !== "running") return;
  tone(context, 880, 0);
  tone(context, 660, 0.22);
}

function tone(on: AudioContext, hertz: number, after: number): void {
  const start = on.currentTime + after;
  const source = on.createOscillator();
  const volume = on.createGain();
  source.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.25, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.2);
  source.connect(volume).connect(on.destination);
  source.start(start);
  source.stop(start + 0.21);
}
