/**
 * Recipes: YAML read as a node tree that knows its places, then bound to records; every mistake is reported with file,
 * line, column and fix, all at once.
 *
 * <p>{@link org.scedit.core.recipe.RecipeReader} is the entrance, {@link org.scedit.core.recipe.Recipe} the result.
 */
package org.scedit.core.recipe;
