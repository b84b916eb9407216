package org.scedit.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.plugin.PluginDescription;
import org.scedit.core.recipe.SettingDescription;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists the tuning methods, or the settings of one. */
@Command(
        name = "plugins",
        description = {"Lists the tuning methods that recipes can use, or the settings of one.", ""},
        footer = {"", "Examples:", "  scedit plugins", "  scedit plugins sc-tuner"})
final class PluginsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(arity = "0..1", paramLabel = "ID", description = "A method, such as sc-tuner.")
    private String id;

    PluginsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (PluginCatalogue plugins = Home.plugins()) {
            if (id == null) {
                list(plugins);
            } else {
                describe(plugins);
            }
        }
        return 0;
    }

    private void list(PluginCatalogue plugins) {
        if (plugins.tuners().isEmpty()) {
            terminal.out().println("no plugin is installed");
            return;
        }
        var table = new Table().row("ID", "VERSION", "SUMMARY", "FROM");
        for (Map.Entry<String, TunerProvider<?>> each : plugins.tuners().entrySet()) {
            PluginDescription plugin = plugins.describe(each.getKey()).orElseThrow();
            table.row(each.getKey(), plugin.version(), each.getValue().summary(), plugin.origin());
        }
        table.print(terminal.out());
        terminal.out().println();
        terminal.out().println("the settings of one: scedit plugins ID");
    }

    private void describe(PluginCatalogue plugins) {
        TunerProvider<?> provider = plugins.tuners().get(id);
        if (provider == null) {
            throw new UserException("no plugin is named '" + id + "'; "
                    + (plugins.tuners().isEmpty()
                            ? "none is installed"
                            : "there are " + String.join(", ", plugins.tuners().keySet())));
        }
        PluginDescription plugin = plugins.describe(id).orElseThrow();
        var out = terminal.out();
        out.println(provider.summary());
        out.println(id + " " + plugin.version() + " from " + plugin.origin());
        out.println();
        out.println("Its settings:");
        print(SettingDescription.of(provider.configType()));
        out.println();
        out.println("The settings of every tuner:");
        print(SettingDescription.ofEveryTuner());
    }

    private void print(List<SettingDescription> settings) {
        if (settings.isEmpty()) {
            terminal.out().println("none");
            return;
        }
        var table = new Table().row("KEY", "TYPE", "DEFAULT", "RANGE", "MEANING");
        for (SettingDescription setting : settings) {
            table.row(
                    setting.key(),
                    setting.type(),
                    setting.defaultTo().isEmpty() ? "-" : setting.defaultTo(),
                    setting.range().isEmpty() ? "any" : setting.range(),
                    setting.meaning());
        }
        table.print(terminal.out());
    }
}
