package org.scedit.core.plugin;

import java.util.Optional;
import org.pf4j.DefaultVersionManager;
import org.pf4j.VersionManager;

/** Versions and ranges as PF4J reads them; what it cannot read is an answer here and not an exception. */
final class Versions {
    private final VersionManager manager = new DefaultVersionManager();

    /** Whether it is a semantic version such as {@code 1.0.0}. */
    boolean isVersion(String text) {
        try {
            // PF4J parses only to compare
            return text != null && manager.compareVersions(text, text) == 0;
        } catch (RuntimeException unreadable) {
            // the parser's exceptions come from a library below PF4J and have no narrower type in common
            return false;
        }
    }

    /** Whether a version lies in a range such as {@code >=1.0.0 & <2.0.0}; empty if that is no range. */
    Optional<Boolean> lies(String version, String range) {
        try {
            return Optional.of(manager.checkVersionConstraint(version, range));
        } catch (RuntimeException unreadable) {
            return Optional.empty();
        }
    }
}
