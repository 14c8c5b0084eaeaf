import { Link, type LinkProps } from "@tanstack/react-router";
import classes from "./SubNav.module.css";

interface SubNavProps {
  /** What the pages have in common, for a screen reader. */
  label: string;
  pages: readonly { to: LinkProps["to"]; text: string }[];
  /** What this page is for, in a sentence. */
  lead: string;
  /** One of the pages lies above the others. */
  exact?: boolean;
}

/** The row of links that some pages of a subject share, and what the page is for. */
export function SubNav({ label, pages, lead, exact = false }: SubNavProps) {
  return (
    <>
      <nav aria-label={label} className={classes.nav}>
        {pages.map(({ to, text }) => (
          <Link
            key={to}
            to={to}
            className={classes.link}
            activeOptions={{ exact }}
            activeProps={{ className: classes.current }}
          >
            {text}
          </Link>
        ))}
      </nav>
      <p className={classes.lead}>{lead}</p>
    </>
  );
}
