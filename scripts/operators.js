/** Writes docs/operators.md from the tables of rules and cases: npm run docs:operators */
import { operatorsPage } from "../packages/core/dist/law/operators-page.js";
import { writePage } from "./write-page.js";

writePage("operators.md", await operatorsPage());
