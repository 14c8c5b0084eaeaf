import { Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Page.module.css";

interface PageProps {
  /** The h1, and the document's title: never a name or anybody's words. */
  title: string;
  /** Pages of staff may use the whole width. */
  wide?: boolean;
  /** Stands beside the h1. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A page: sets the document's title and moves the focus to the h1, so that a screen reader reads where one has come. */
export function Page({ title, wide, actions, children }: PageProps) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = t("title", { page: title });
    heading.current?.focus({ preventScroll: true });
  }, [title, t]);
  return (
    <div className={wide ? classes.wide : classes.page}>
      <div className={classes.top}>
        <Title order={1} ref={heading} tabIndex={-1} className={classes.title}>
          {title}
        </Title>
        {actions}
      </div>
      {children}
    </div>
  );
}
