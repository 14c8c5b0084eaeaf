import "@mantine/core/styles.css";
import "virtual:theme.css";
import "./app/base.css";
import "./i18n";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";

const place = document.getElementById("root");
if (place) createRoot(place).render(<App />);
