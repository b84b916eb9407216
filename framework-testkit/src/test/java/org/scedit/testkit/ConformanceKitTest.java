package org.scedit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** The contract tells right tuners from wrong ones, and says what is wrong. */
class ConformanceKitTest {
    /** A tuner that keeps every rule. */
    static final class Correct extends ExampleContract {}

    static List<Class<?>> brokenTuners() {
        return Stream.of(BrokenTuners.class.getDeclaredClasses())
                .filter(each -> each.isAnnotationPresent(Breaks.class))
                .toList();
    }

    /** The names of all tests that every tuner inherits. */
    private static Set<String> rules() {
        return Stream.of(TunerContract.class.getDeclaredMethods())
                .filter(method ->
                        method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(TestFactory.class))
                .map(method -> method.getName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> rulesBrokenBy(Class<?> tuner) {
        return Set.of(tuner.getAnnotation(Breaks.class).value());
    }

    @Test
    void aCorrectTunerKeepsEveryRule() {
        Events tests = run(Correct.class);
        assertThat(failures(tests)).isEmpty();
        assertThat(rulesOf(tests.succeeded())).isEqualTo(rules());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenTuners")
    void aBrokenTunerFailsTheRulesItBreaksAndNoOther(Class<?> tuner) {
        Events tests = run(tuner);
        assertThat(rulesOf(tests.failed())).as(() -> failures(tests)).isEqualTo(rulesBrokenBy(tuner));
        assertThat(rulesOf(tests.finished())).as("all rules are tried").isEqualTo(rules());
    }

    @Test
    void everyRuleIsBrokenByATuner() {
        assertThat(brokenTuners().stream().flatMap(each -> rulesBrokenBy(each).stream()))
                .containsAll(rules());
    }

    private static Events run(Class<?> contract) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(contract))
                .execute()
                .testEvents();
    }

    private static Set<String> rulesOf(Events tests) {
        return tests.stream().map(ConformanceKitTest::rule).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The name of a test's method, that of its factory for a dynamic one. */
    private static String rule(Event event) {
        return event.getTestDescriptor()
                .getSource()
                .map(org.junit.platform.engine.support.descriptor.MethodSource.class::cast)
                .orElseThrow()
                .getMethodName();
    }

    private static String failures(Events tests) {
        return tests.failed().stream()
                .map(event -> rule(event) + ": "
                        + event.getRequiredPayload(TestExecutionResult.class)
                                .getThrowable()
                                .map(Throwable::toString)
                                .orElse("")
                        + "\n")
                .collect(Collectors.joining());
    }
}
