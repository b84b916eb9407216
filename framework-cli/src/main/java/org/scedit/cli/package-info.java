/** The {@code scedit} command: thin commands over the core, one class each. */
package org.scedit.cli;
