/** Writes docs/formats.md from the tables of layers, operations and formats: npm run docs:formats */
import { formatsPage } from "../packages/import/dist/law/formats-page.js";
import { writePage } from "./write-page.js";

writePage("formats.md", formatsPage());
