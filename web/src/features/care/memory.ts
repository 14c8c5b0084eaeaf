import { useSyncExternalStore } from "react";
import type { Level } from "../../api/schema";

/** What somebody has begun to write for a case. In memory alone: it is about a patient. */
export interface Begun {
  level: Level;
  reason: string;
  text: string;
  /** The text is theirs, no longer the draft's. */
  touched: boolean;
  /** The version of the case on which they decide. */
  version: number;
}

export interface Decided {
  assessmentId: string;
  level: Level;
  until: number;
  /** What was sent, for whoever takes it back. */
  form: Begun;
}

/** A value outside React that components follow. */
class Kept<T> {
  private readonly followers = new Set<() => void>();
  private value: T;

  constructor(value: T) {
    this.value = value;
  }

  get = (): T => this.value;

  set = (value: T): void => {
    this.value = value;
    for (const follower of this.followers) follower();
  };

  follow = (follower: () => void): (() => void) => {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  };
}

const begun = new Kept<ReadonlyMap<string, Begun>>(new Map());
const decided = new Kept<Decided | null>(null);

export function useBegun(assessmentId: string): [Begun | null, (next: Begun | null) => void] {
  const all = useSyncExternalStore(begun.follow, begun.get);
  return [all.get(assessmentId) ?? null, (next) => setBegun(assessmentId, next)];
}

export function setBegun(assessmentId: string, next: Begun | null): void {
  const all = new Map(begun.get());
  if (next) all.set(assessmentId, next);
  else all.delete(assessmentId);
  begun.set(all);
}

/** Whether anything was typed that is not sent. */
export function hasUnsent(): boolean {
  return [...begun.get().values()].some((one) => one.touched);
}

/** The last decision, while it can be undone. */
export function useDecided(): [Decided | null, (next: Decided | null) => void] {
  return [useSyncExternalStore(decided.follow, decided.get), decided.set];
}

/** Forgets what was begun: somebody else may sit down here. */
export function forgetBegun(): void {
  begun.set(new Map());
  decided.set(null);
}
