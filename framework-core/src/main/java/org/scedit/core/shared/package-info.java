/**
 * What several runs make alike, such as the latents of a data set: made once, kept in a
 * {@linkplain org.scedit.core.shared.SharedFiles folder}, and named by a {@linkplain org.scedit.core.shared.ContentKey
 * hash} of all that it follows from, so that it is never stale.
 */
package org.scedit.core.shared;
