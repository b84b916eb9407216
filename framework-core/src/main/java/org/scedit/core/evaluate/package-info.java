/** What pictures are measured with: feature networks. */
package org.scedit.core.evaluate;
