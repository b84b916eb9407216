package org.scedit.cli;

import java.util.List;
import java.util.stream.Collectors;
import org.scedit.core.UserException;

/** Settings on the command line, {@code KEY=VALUE} each. */
final class SettingOptions {
    private SettingOptions() {}

    /**
     * The settings as one line of YAML, {@code {low: 50, high: 200}}.
     *
     * @throws UserException if one is no {@code KEY=VALUE}
     */
    static String yaml(List<String> settings) {
        for (String setting : settings) {
            if (setting.indexOf('=') < 1) {
                throw new UserException("'" + setting + "' is no setting; write KEY=VALUE, such as low=50");
            }
        }
        return settings.stream()
                .map(setting -> setting.replaceFirst("=", ": "))
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
