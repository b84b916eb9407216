package org.scedit.core.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run is in the comparison.
 *
 * @param group     its name: what tells one method from another, and nothing else
 * @param replicate the settings over which results are repeated as over seeds, with this run's values; empty for none
 * @param selected  the settings that were chosen for this group and replicate, with their values; empty for none
 */
record Role(String group, Map<String, String> replicate, Map<String, String> selected) {
    Role {
        replicate = Collections.unmodifiableMap(new LinkedHashMap<>(replicate));
        selected = Collections.unmodifiableMap(new LinkedHashMap<>(selected));
    }

    /** Of a run in a group whose runs differ in nothing but their seed. */
    static Role in(String group) {
        return new Role(group, Map.of(), Map.of());
    }
}
