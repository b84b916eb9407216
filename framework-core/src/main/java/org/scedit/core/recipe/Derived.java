package org.scedit.core.recipe;

/** A {@code defaultsTo} for keys whose default depends on other keys, which the key's meaning tells. */
final class Derived {
    /** No YAML value at all; {@link RecipeReader} fills the key in before binding. */
    static final String DEFAULT = "";

    private Derived() {}
}
