package org.scedit.plugins.annotators;

import org.scedit.api.Setting;

/**
 * The recipe's block of a blurred map.
 *
 * @param factor how many times smaller the picture is made before it is enlarged again
 */
public record BlurConfig(
        @Setting(
                value = "how many times smaller the picture is made before it is enlarged again",
                defaultsTo = "4",
                min = 1)
        int factor) {}
