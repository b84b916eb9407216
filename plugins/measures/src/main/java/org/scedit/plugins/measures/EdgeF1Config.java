package org.scedit.plugins.measures;

import org.scedit.api.Setting;

/**
 * The recipe's block of edge F1.
 *
 * @param tolerance pixels that an edge may lie beside a wanted one, in x and in y
 */
public record EdgeF1Config(
        @Setting(
                value = "pixels that an edge may lie beside a wanted one, in x and in y",
                defaultsTo = "1",
                min = 0,
                max = 16)
        int tolerance) {}
