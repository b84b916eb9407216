package org.scedit.plugins.annotators;

import org.scedit.api.Setting;

/**
 * The recipe's block of a colour map.
 *
 * @param factor pixels along a side of a cell of one colour
 */
public record ColourConfig(
        @Setting(
                value = "pixels along a side of a cell of one colour; lower = more detail; SCEdit uses 64",
                defaultsTo = "64",
                min = 1)
        int factor) {}
