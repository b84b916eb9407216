/**
 * Pictures with captions: reading, resizing and writing {@linkplain org.scedit.core.data.Pictures pictures},
 * {@linkplain org.scedit.core.data.Dataset data sets}, and the {@linkplain org.scedit.core.data.BatchOrder order} in
 * which training sees them.
 */
package org.scedit.core.data;
