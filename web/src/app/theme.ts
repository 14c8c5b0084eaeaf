import {
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  DrawerHeader,
  InputWrapper,
  type MantineColorsTuple,
  Menu,
  Modal,
  ModalHeader,
  PasswordInput,
  Popover,
  Tooltip,
} from "@mantine/core";

/** One calm accent. Shade 8 on white has a contrast of 6.3:1. */
const accent: MantineColorsTuple = [
  "#e9f7f7",
  "#d3ecec",
  "#a8d9da",
  "#7ac5c7",
  "#54b2b6",
  "#3aa2a7",
  "#23868c",
  "#14777e",
  "#0b6b73",
  "#04545b",
];

/** Mantine's greys of the dark scheme, with the tint of the surfaces below; shade 6 is what one writes in. */
const dark: MantineColorsTuple = [
  "#c9d2d6",
  "#b3bfc4",
  "#8e9ca3",
  "#68777e",
  "#47565d",
  "#37454c",
  "#1d272c",
  "#1a2328",
  "#151d21",
  "#12191d",
];

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif';

/** The one theme: what every page looks like. Colours of levels are in variables() and used through ui/LevelTag. */
export const theme = createTheme({
  primaryColor: "accent",
  colors: { accent, dark },
  primaryShade: { light: 8, dark: 8 },
  fontFamily: FONT,
  headings: {
    fontFamily: FONT,
    fontWeight: "650",
    sizes: { h1: { fontSize: "1.75rem", lineHeight: "1.25" } },
  },
  defaultRadius: "md",
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    // Nearly every field is needed; the few that aren't say so in their label.
    InputWrapper: InputWrapper.extend({ defaultProps: { withAsterisk: false } }),
    // The content security policy forbids style tags, which the lock would write; app/base.css stops the page instead.
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true } }),
    // A header element in what has the role of a dialog would be a second banner of the page.
    ModalHeader: ModalHeader.extend({ defaultProps: { role: "presentation" } }),
    Drawer: Drawer.extend({ defaultProps: { lockScroll: false } }),
    DrawerHeader: DrawerHeader.extend({ defaultProps: { role: "presentation" } }),
    Menu: Menu.extend({ defaultProps: { shadow: "md" } }),
    PasswordInput: PasswordInput.extend({
      defaultProps: {
        rightSectionWidth: "2.75rem",
        visibilityToggleButtonProps: { style: { width: "2.75rem", height: "2.75rem" } },
      },
    }),
    Popover: Popover.extend({ defaultProps: { shadow: "md" } }),
    Tooltip: Tooltip.extend({ defaultProps: { events: { hover: true, focus: true, touch: false } } }),
  },
});

/** Mantine's greys and reds that are too pale for WCAG 2.2 AA, and Bedside's own variables. */
export const variables: CSSVariablesResolver = () => ({
  variables: {
    "--page-width": "46rem",
    "--page-width-wide": "82rem",
    "--target": "2.75rem",
  },
  light: {
    "--mantine-color-body": "#f6f8f8",
    "--mantine-color-text": "#16232a",
    "--mantine-color-dimmed": "#4d5b63",
    "--mantine-color-placeholder": "#66757d",
    "--mantine-color-error": "#b42318",
    "--mantine-color-anchor": "#0b6b73",
    "--mantine-color-default-border": "#c3ced1",
    "--surface": "#ffffff",
    "--surface-raised": "#ffffff",
    "--surface-sunken": "#edf2f2",
    "--line": "#d9e1e3",
    "--accent-soft": "#e3f2f2",
    "--accent-text": "#0b5f66",
    "--level-emergency": "#b3151b",
    "--level-emergency-soft": "#fdecec",
    "--level-urgent": "#a34700",
    "--level-urgent-soft": "#fff1e3",
    "--level-routine": "#1b5aa8",
    "--level-routine-soft": "#e9f1fc",
    "--level-self-care": "#20703c",
    "--level-self-care-soft": "#e7f5ec",
    "--on-level": "#ffffff",
    "--emergency-button": "#b3151b",
    "--focus": "#0b6b73",
  },
  dark: {
    "--mantine-color-body": "#12191d",
    "--mantine-color-text": "#e3eaec",
    "--mantine-color-dimmed": "#a9b6bc",
    "--mantine-color-placeholder": "#8e9ca3",
    "--mantine-color-error": "#ff9d94",
    "--mantine-color-anchor": "#7ccfd4",
    "--mantine-color-default": "#1d272c",
    "--mantine-color-default-hover": "#263238",
    "--mantine-color-default-border": "#47565d",
    "--surface": "#1a2328",
    "--surface-raised": "#212c32",
    "--surface-sunken": "#151d21",
    "--line": "#324047",
    "--accent-soft": "#153a3e",
    "--accent-text": "#8fd9dd",
    "--level-emergency": "#ff9b93",
    "--level-emergency-soft": "#431a1b",
    "--level-urgent": "#ffb973",
    "--level-urgent-soft": "#402a12",
    "--level-routine": "#9cc5ff",
    "--level-routine-soft": "#172c49",
    "--level-self-care": "#8fdba8",
    "--level-self-care-soft": "#153322",
    "--on-level": "#12191d",
    "--emergency-button": "#c4232a",
    "--focus": "#8fd9dd",
  },
});
