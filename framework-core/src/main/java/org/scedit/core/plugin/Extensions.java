package org.scedit.core.plugin;

import java.lang.reflect.Modifier;
import java.util.Optional;

/** Makes the extensions that a plugin's index names. */
final class Extensions {
    private Extensions() {}

    /** @return empty if the class cannot be used; the problems then say why */
    static Optional<Offered> create(String className, ClassLoader loader, Object origin, Problems problems) {
        try {
            Class<?> type = Class.forName(className, true, loader);
            Optional<String> flaw = flaw(type);
            if (flaw.isEmpty()) {
                Offered offered =
                        Offered.of(type.getConstructor().newInstance()).orElseThrow();
                flaw = flaw(offered);
                if (flaw.isEmpty()) {
                    return Optional.of(offered);
                }
            }
            problems.add(origin, "extension class " + className + " " + flaw.get());
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            problems.add(origin, "extension class " + className + " cannot be used: " + Problems.reason(e), e);
        }
        return Optional.empty();
    }

    private static Optional<String> flaw(Class<?> type) {
        if (!Offered.takes(type)) {
            return Optional.of(
                    "is none of TunerProvider, Annotator and Measure; implement one of these of org.scedit.api,"
                            + " or leave out @Extension");
        }
        if (Modifier.isAbstract(type.getModifiers()) || !Modifier.isPublic(type.getModifiers())) {
            return Optional.of("must be public and not abstract");
        }
        for (var constructor : type.getConstructors()) {
            if (constructor.getParameterCount() == 0) {
                return Optional.empty();
            }
        }
        return Optional.of("has no public constructor without parameters; add one");
    }

    private static Optional<String> flaw(Offered offered) {
        Optional<String> flaw = Ids.flaw(offered.id()).map(id -> "has the id " + id);
        if (flaw.isPresent()) {
            return flaw;
        }
        if (offered.summary() == null
                || offered.configType() == null
                || !offered.configType().isRecord()) {
            return Optional.of("must give a summary and a record as configType()");
        }
        return Optional.empty();
    }
}
