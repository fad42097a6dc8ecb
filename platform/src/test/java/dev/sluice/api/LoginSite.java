package dev.sluice.api;

import dev.sluice.authn.TestDirectory;
import dev.sluice.authn.TestProvider;
import java.nio.file.Path;

/// Where people log in: an API server with a provider and a directory (`staff`) of the operator's, and the same
/// directory as `acme`'s own (`corp`).
record LoginSite(TestProvider provider, TestDirectory ldap, ApiServer api) implements AutoCloseable {
    /// @param name of the provider
    static LoginSite at(Path directory, String name) throws Exception {
        var provider = new TestProvider();
        var ldap = new TestDirectory(directory, "127.0.0.1");
        TestProvider.write(
                directory,
                provider.description(name, "dispatch"),
                ldap.description("staff", "dispatch", ""),
                ldap.description("corp", "acme", ""));
        var api = new ApiServer(directory);
        api.developer("acme", "function");
        return new LoginSite(provider, ldap, api);
    }

    @Override
    public void close() {
        api.close();
        provider.close();
        ldap.close();
    }
}
