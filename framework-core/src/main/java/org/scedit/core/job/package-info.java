/** Does what a recipe says: loads, trains, draws, and writes the run folder. */
package org.scedit.core.job;
