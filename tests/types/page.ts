// What needs the types of the DOM. That it compiles is the test.
import { createPolicy } from "fetch-with-policy";
import { devtools } from "fetch-with-policy/devtools";

const panel: HTMLElement = devtools(createPolicy());
document.body.append(panel);
