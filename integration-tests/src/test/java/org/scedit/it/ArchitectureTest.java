package org.scedit.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** The rules that keep the house's shape: cli → core → api ← plugins, and no state that outlives its owner. */
@AnalyzeClasses(packages = "org.scedit", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String API = "org.scedit.api..";
    private static final String CORE = "org.scedit.core..";
    private static final String CLI = "org.scedit.cli..";
    private static final String SPARK = "org.scedit.spark..";
    private static final String TESTKIT = "org.scedit.testkit..";
    private static final String PLUGINS = "org.scedit.plugins..";

    /** Every rule below would hold for no classes at all. */
    @ArchTest
    static void everyModuleIsLookedAt(JavaClasses imported) {
        for (String module : List.of(
                "api",
                "core",
                "cli",
                "spark",
                "testkit",
                "plugins.annotators",
                "plugins.controlnet",
                "plugins.csctuner",
                "plugins.featuremeasures",
                "plugins.full",
                "plugins.ia3",
                "plugins.loha",
                "plugins.lokr",
                "plugins.lora",
                "plugins.measures",
                "plugins.sctuner",
                "plugins.t2iadapter")) {
            String prefix = "org.scedit." + module + ".";
            assertThat(imported.stream().filter(type -> type.getName().startsWith(prefix)))
                    .as("classes of %s", module)
                    .isNotEmpty();
        }
    }

    @ArchTest
    static final ArchRule API_KNOWS_ONLY_TENSORS_AND_THE_PLUGIN_MARKER = classes()
            .that()
            .resideInAPackage(API)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(API, "java.lang..", "java.util..", "java.awt.image..", "ai.djl.ndarray..", "org.pf4j..")
            .because("a plugin author compiles against it: no files, no YAML, no Guice, nothing of the core");

    @ArchTest
    static final ArchRule PLUGINS_KNOW_ONLY_THE_API = classes()
            .that()
            .resideInAPackage(PLUGINS)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(PLUGINS, API, "java..", "ai.djl.ndarray..", "org.pf4j..", "org.ejml..")
            .because("a plugin must work with every core that has its API version");

    @ArchTest
    static final ArchRule PLUGINS_DO_NOT_KNOW_EACH_OTHER =
            slices().matching("org.scedit.plugins.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule CORE_KNOWS_NEITHER_ITS_USERS_NOR_ANY_METHOD = noClasses()
            .that()
            .resideInAPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CLI, SPARK, TESTKIT, PLUGINS, "picocli..", "ch.qos.logback..", "org.apache.spark..")
            .because("methods are plugins, and the core is also used as a library");

    @ArchTest
    static final ArchRule CLI_KNOWS_CORE_AND_API_ONLY = noClasses()
            .that()
            .resideInAPackage(CLI)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SPARK, TESTKIT, PLUGINS);

    @ArchTest
    static final ArchRule SPARK_KNOWS_CORE_ONLY = classes()
            .that()
            .resideInAPackage(SPARK)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    SPARK,
                    "org.scedit.core",
                    "org.scedit.core.sweep..",
                    "org.scedit.core.run..",
                    "java..",
                    "scala..",
                    "org.apache.spark..")
            .because("it also runs in executors, which have these jars only");

    @ArchTest
    static final ArchRule TESTKIT_KNOWS_CORE_AND_API_ONLY = noClasses()
            .that()
            .resideInAPackage(TESTKIT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CLI, PLUGINS);

    @ArchTest
    static final ArchRule ROOMS_OF_THE_CORE_HAVE_NO_CIRCLES =
            slices().matching("org.scedit.core.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NO_STATIC_STATE = fields().that()
            .areStatic()
            .should()
            .beFinal()
            .because("two runs in one process must not see each other; hand state over in constructors");

    @ArchTest
    static final ArchRule CONFIGURATION_IS_A_RECORD =
            classes().that().haveSimpleNameEndingWith("Config").should().beRecords();

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_LINE_PRINTS = noClasses()
            .that()
            .resideInAnyPackage(API, CORE, SPARK, PLUGINS)
            .should()
            .accessField(System.class, "out")
            .orShould()
            .callMethod(Throwable.class, "printStackTrace")
            .because("standard output belongs to the command's answer");

    @ArchTest
    static final ArchRule ONLY_THE_COMMAND_LINE_ENDS_THE_PROCESS = noClasses()
            .that()
            .resideOutsideOfPackage(CLI)
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class);
}
