package org.scedit.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.scedit.core.UserException;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.plugin.PluginDescription;
import org.scedit.core.recipe.SettingDescription;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists the tuning methods, annotators and measures, or the settings of one; {@code new} begins a plugin. */
@Command(
        name = "plugins",
        description = {
            "Lists the tuning methods, the annotators that make condition maps, and the measures of drawn pictures, which"
                    + " recipes can use; or the settings of one.",
            "",
            "Your own: put their jars into a folder and name it in the environment variable SCEDIT_PLUGINS; several"
                    + " folders are separated by ':'.",
            ""
        },
        synopsisSubcommandLabel = "[new ...]",
        footer = {
            "",
            "Examples:",
            "  scedit plugins",
            "  scedit plugins sc-tuner",
            "  scedit plugins new my-tuner",
            "  SCEDIT_PLUGINS=my-plugins scedit plugins my-tuner"
        })
final class PluginsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            arity = "0..1",
            paramLabel = "ID",
            description = "A method, an annotator or a measure, such as sc-tuner.")
    private String id;

    PluginsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** What a plugin offers, of whichever kind. */
    private record Offer(
            String kind,
            String summary,
            Class<? extends Record> settings,
            String common,
            List<SettingDescription> commonSettings) {}

    @Override
    public Integer call() {
        try (PluginCatalogue plugins = Home.plugins()) {
            Map<String, Offer> offers = offers(plugins);
            if (id == null) {
                list(offers, plugins);
            } else {
                describe(offers, plugins);
            }
        }
        return 0;
    }

    /** Tuners first. */
    private static Map<String, Offer> offers(PluginCatalogue plugins) {
        Map<String, Offer> offers = new LinkedHashMap<>();
        plugins.tuners()
                .forEach((id, tuner) -> offers.put(
                        id,
                        new Offer(
                                "tuner",
                                tuner.summary(),
                                tuner.configType(),
                                "every tuner",
                                SettingDescription.ofEveryTuner())));
        plugins.annotators()
                .forEach((id, annotator) -> offers.put(
                        id,
                        new Offer(
                                "annotator",
                                annotator.summary(),
                                annotator.configType(),
                                "every condition",
                                SettingDescription.ofEveryCondition())));
        plugins.measures()
                .forEach((id, measure) -> offers.put(
                        id,
                        new Offer(
                                "measure",
                                measure.summary(),
                                measure.configType(),
                                "every measure",
                                SettingDescription.ofEveryMeasure())));
        return offers;
    }

    private void list(Map<String, Offer> offers, PluginCatalogue plugins) {
        var table = new Table().row("ID", "KIND", "VERSION", "SUMMARY", "FROM");
        offers.forEach((id, offer) -> {
            PluginDescription plugin = plugins.describe(id).orElseThrow();
            table.row(id, offer.kind(), plugin.version(), offer.summary(), plugin.origin());
        });
        table.print(terminal.out());
        terminal.out().println();
        terminal.out().println("the settings of one: scedit plugins ID");
    }

    private void describe(Map<String, Offer> offers, PluginCatalogue plugins) {
        Offer offer = offers.get(id);
        if (offer == null) {
            throw new UserException("no plugin is named '" + id + "'; there are " + String.join(", ", offers.keySet()));
        }
        PluginDescription plugin = plugins.describe(id).orElseThrow();
        var out = terminal.out();
        out.println(offer.summary());
        out.println(id + " " + plugin.version() + " from " + plugin.origin());
        out.println();
        out.println("Its settings:");
        print(SettingDescription.of(offer.settings()));
        out.println();
        out.println("The settings of " + offer.common() + ":");
        print(offer.commonSettings());
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
