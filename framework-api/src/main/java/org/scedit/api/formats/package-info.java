/**
 * What the {@linkplain org.scedit.api.TunerFormat formats} of several methods need: JSON, a file's tensors by the
 * layers they belong to, settings per layer, and the names and sizes that a method's parameters have.
 */
package org.scedit.api.formats;
