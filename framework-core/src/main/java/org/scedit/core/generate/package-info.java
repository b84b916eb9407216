/** From a prompt to a picture. */
package org.scedit.core.generate;
