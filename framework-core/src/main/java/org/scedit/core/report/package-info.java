/**
 * One page about many runs: what was measured, over how many seeds, and what of it is more than noise. It reads finished
 * and unfinished run folders and nothing else, so that the page can be made at any time, by anyone who has the folders.
 */
package org.scedit.core.report;
