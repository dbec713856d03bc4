import { focusErrors, sendOnce } from "./focus";
import { copyButtons } from "./copy";
import { keepDrafts } from "./draft";

focusErrors();
sendOnce();
copyButtons();
keepDrafts();
