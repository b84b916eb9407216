/**
 * What a run leaves behind and shows on the way: its {@linkplain org.scedit.core.run.RunFolder folder}, its
 * {@linkplain org.scedit.core.run.Metrics metrics}, pictures of them, and a progress line.
 */
package org.scedit.core.run;
