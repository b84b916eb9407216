package org.scedit.core.plugin;

import java.lang.reflect.Modifier;
import java.util.Optional;
import java.util.regex.Pattern;
import org.scedit.api.TunerProvider;

/** Makes the tuner providers that a plugin's index names. */
final class Extensions {
    private static final Pattern ID = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

    private Extensions() {}

    /** @return empty if the class cannot be used; the problems then say why */
    static Optional<TunerProvider<?>> create(String className, ClassLoader loader, Object origin, Problems problems) {
        try {
            Class<?> type = Class.forName(className, true, loader);
            Optional<String> flaw = flaw(type);
            if (flaw.isEmpty()) {
                var provider = (TunerProvider<?>) type.getConstructor().newInstance();
                flaw = flaw(provider);
                if (flaw.isEmpty()) {
                    return Optional.of(provider);
                }
            }
            problems.add(origin, "extension class " + className + " " + flaw.get());
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            problems.add(origin, "extension class " + className + " cannot be used: " + Problems.reason(e), e);
        }
        return Optional.empty();
    }

    private static Optional<String> flaw(Class<?> type) throws ReflectiveOperationException {
        if (!TunerProvider.class.isAssignableFrom(type)) {
            return Optional.of("is no TunerProvider; implement org.scedit.api.TunerProvider, or leave out @Extension");
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

    private static Optional<String> flaw(TunerProvider<?> provider) {
        if (provider.id() == null || !ID.matcher(provider.id()).matches()) {
            return Optional.of("has the id '" + provider.id()
                    + "'; ids are lower case letters, digits and hyphens, such as 'sc-tuner'");
        }
        if (provider.summary() == null
                || provider.configType() == null
                || !provider.configType().isRecord()) {
            return Optional.of("must give a summary and a record as configType()");
        }
        return Optional.empty();
    }
}
