import "virtual:tokens.css";
import "./base.css";
import { mount } from "svelte";
import App from "./App.svelte";

mount(App, { target: document.getElementById("app")! });

if (import.meta.env.PROD && "serviceWorker" in navigator && isSecureContext)
  addEventListener("load", () => void navigator.serviceWorker.register("./sw.js").catch(() => undefined));
