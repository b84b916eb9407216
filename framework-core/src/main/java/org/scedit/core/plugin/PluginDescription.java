package org.scedit.core.plugin;

/**
 * Where a tuner, an annotator or a measure came from; a tuner's file keeps this, so that one can tell later what made it.
 *
 * @param plugin  the plugin's id, {@code Plugin-Id} in its manifest; without one, the name of its jar or folder
 * @param version the plugin's version, {@code Plugin-Version}; without one, {@link #UNPACKAGED}
 * @param origin  the jar, or the folder of classes, that it was read from
 * @param sha256  SHA-256 of the jar's bytes, or of the folder's files in the order of their names: 64 hexadecimal
 *                digits; empty for what is built in
 */
public record PluginDescription(String plugin, String version, String origin, String sha256) {
    /** What is part of the framework itself. */
    static final PluginDescription BUILT_IN =
            new PluginDescription("scedit", PluginCatalogue.API_VERSION, "built in", "");

    /** The version of a plugin that runs from its folder of classes, as in its own tests. */
    public static final String UNPACKAGED = "unpackaged";
}
