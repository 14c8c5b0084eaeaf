import { useMediaQuery } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { WorklistItem } from "../../api/schema";
import { Empty } from "../../ui/Empty";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { CaseRow } from "./CaseRow";
import { Filters } from "./Filters";
import { type Filters as Chosen, isFiltered } from "./filters";
import type { ShownWorklist } from "./queries";
import { useShortcuts } from "./shortcuts";
import { useNow } from "./times";
import classes from "./Worklist.module.css";

interface CaseListProps {
  list: ShownWorklist;
  filters: Chosen;
  /** The case that is open beside the list. */
  open?: string;
}

/** The worklist with its filters; j and k go through it. Of many rows only those in sight are drawn. */
export function CaseList({ list, filters, open }: CaseListProps) {
  const { t } = useTranslation("care");
  const [words, setWords] = useState("");
  const search = useRef<HTMLInputElement>(null);
  const narrow = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const items = useMemo(() => matching(list.items, words), [list.items, words]);
  useShortcuts({ "/": () => search.current?.focus() });

  return (
    <>
      {list.counts && (
        <Filters
          filters={filters}
          counts={list.counts}
          words={words}
          onWords={setWords}
          search={search}
          folded={open !== undefined || narrow}
        />
      )}
      {list.isOld && (
        <p className={classes.old} role="status">
          {t("list.old")}
        </p>
      )}
      <p className="visually-hidden" role="status">
        {list.counts ? t("list.count", { count: items.length }) : ""}
      </p>
      {list.isLoading && <Loading />}
      {!list.isLoading && !list.counts && <Failed error={list.error} retry={list.reload} />}
      {list.counts && items.length === 0 && (
        <Empty title={t(isFiltered(filters) || words ? "list.noMatch" : "list.none")}>
          {t(isFiltered(filters) || words ? "list.noMatchHelp" : "list.noneHelp")}
        </Empty>
      )}
      {items.length > 0 && <Rows items={items} open={open} isChanging={list.isChanging} />}
    </>
  );
}

function matching(items: WorklistItem[], words: string): WorklistItem[] {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return items;
  return items.filter((item) => {
    const text = [item.patient_name, item.complaint, item.summary, item.claimed_by_name]
      .join(" ")
      .toLocaleLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

interface RowsProps {
  items: WorklistItem[];
  open?: string;
  isChanging: boolean;
}

function Rows({ items, open, isChanging }: RowsProps) {
  const { t } = useTranslation("care");
  const box = useRef<HTMLDivElement>(null);
  const now = useNow(10_000);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => 84,
    overscan: 6,
    getItemKey: (place) => items[place]?.assessment_id ?? place,
  });
  const walk = useWalk(items, open, (place) => {
    rows.scrollToIndex(place);
    // Drawn on the next frame, if it was out of sight.
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        box.current?.querySelector<HTMLElement>(`[data-place="${place}"] a`)?.focus(),
      ),
    );
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when another case is opened
  useEffect(() => {
    const place = items.findIndex((item) => item.assessment_id === open);
    if (place >= 0) rows.scrollToIndex(place);
  }, [open]);

  return (
    <div ref={box} className={classes.box} aria-busy={isChanging}>
      <ul className={classes.rows} aria-label={t("list.label")} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const item = items[row.index];
          if (!item) return null;
          return (
            <li
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              data-place={row.index}
              aria-setsize={items.length}
              aria-posinset={row.index + 1}
              className={classes.row}
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <CaseRow
                item={item}
                place={row.index}
                now={now}
                isOpen={item.assessment_id === open}
                onFocus={walk.to}
                onOpen={walk.open}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Moves through the list: in the list itself the focus, beside an open case the case. */
function useWalk(items: WorklistItem[], open: string | undefined, focus: (place: number) => void) {
  const navigate = useNavigate();
  const place = useRef(-1);
  const openPlace = items.findIndex((item) => item.assessment_id === open);
  // A case that was decided leaves the list: the next one has moved to its place.
  if (openPlace >= 0) place.current = openPlace;
  const show = useCallback(
    (assessmentId: string) =>
      void navigate({ to: "/worklist/$assessmentId", params: { assessmentId }, search: true }),
    [navigate],
  );
  const inList = open === undefined;
  const go = (by: 1 | -1) => {
    const from = open !== undefined && openPlace < 0 && by === 1 ? place.current - 1 : place.current;
    const next = Math.min(Math.max(from + by, 0), items.length - 1);
    const item = items[next];
    if (!item) return;
    place.current = next;
    if (open === undefined) focus(next);
    else show(item.assessment_id);
  };
  useShortcuts({ j: () => go(1), k: () => go(-1) });
  return {
    to: useCallback(
      (now: number) => {
        if (inList) place.current = now;
      },
      [inList],
    ),
    open: show,
  };
}
