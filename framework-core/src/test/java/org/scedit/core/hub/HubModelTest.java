package org.scedit.core.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubModelTest {
    @Test
    void aNameMayHaveARevision() {
        assertThat(HubModel.parse("owner/name")).isEqualTo(new HubModel("owner/name", "main", Optional.empty()));
        assertThat(HubModel.parse("owner/name@refs/pr/1"))
                .isEqualTo(new HubModel("owner/name", "refs/pr/1", Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "name", "owner/name/more", "../name", "owner/..", "owner/na me", "a--b/c", "/name", "owner/"
            })
    void aNameThatNoHubHasIsRefused(String name) {
        assertThatThrownBy(() -> HubModel.parse(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "hub must be the name of a model, OWNER/NAME, got '" + name + "'; a folder is given as path");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../main", "/main", "main/", "a/../b", "a b"})
    void aRevisionThatWouldLeaveTheCacheIsRefused(String revision) {
        assertThatThrownBy(() -> HubModel.parse("owner/name@" + revision))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("revision must be a branch, a tag or a commit, such as main, got '" + revision + "'");
    }
}
