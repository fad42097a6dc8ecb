package dev.sluice.authn;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// An LDAP directory as its operator described it. It is reached over TLS only.
///
/// @param startTls whether TLS begins inside a connection, and not with it
/// @param authorities whose certificates it may show; empty for those that this machine trusts
/// @param account who looks users up; absent where users read their own entries
/// @param userFilter what an entry must be beside a user's
record LdapProvider(
        String name,
        String organization,
        URI url,
        boolean startTls,
        List<X509Certificate> authorities,
        Optional<Account> account,
        DN userBase,
        String userAttribute,
        Optional<Filter> userFilter,
        String mailAttribute,
        Optional<Groups> groups)
        implements IdentityProvider {
    private static final int CA_FILE_BYTES_MAX = 1 << 20;
    private static final int LDAP_PORT = 389;
    private static final int LDAPS_PORT = 636;
    private static final Pattern ATTRIBUTE = Pattern.compile("[A-Za-z][A-Za-z0-9-]{0,63}");
    private static final Set<String> FIELDS = Set.of(
            "name",
            "kind",
            "organization",
            "url",
            "startTls",
            "caFile",
            "bindDn",
            "bindPassword",
            "userBase",
            "userAttribute",
            "userFilter",
            "mailAttribute",
            "groupBase",
            "groupAttribute",
            "memberAttribute",
            "memberOfAttribute");

    /// Who looks users up.
    record Account(DN dn, String password) {
        /// Without the password.
        @Override
        public String toString() {
            return "Account[" + dn + "]";
        }
    }

    /// Where groups are: directly below `base`, so that no two have one name.
    ///
    /// @param memberAttribute of a group: the names of its members
    /// @param memberOfAttribute of a user: the names of his groups, if that is to be believed and not the groups
    record Groups(DN base, String nameAttribute, String memberAttribute, Optional<String> memberOfAttribute) {}

    LdapProvider {
        authorities = List.copyOf(authorities);
    }

    static LdapProvider of(Description told, String name, String organization, Path data) {
        told.requireKnown(FIELDS);
        boolean startTls = told.flag("startTls");
        Optional<DN> bindDn = told.text("bindDn").map(text -> dn(told, "bindDn", text));
        Optional<String> bindPassword = told.text("bindPassword");
        told.require(bindDn.isPresent() == bindPassword.isPresent(), "bindDn and bindPassword belong together");
        told.require(bindDn.isEmpty() || !bindDn.get().isNullDN(), "bindDn is the name of an entry");
        return new LdapProvider(
                name,
                organization,
                url(told, startTls),
                startTls,
                told.text("caFile")
                        .map(file -> certificates(told, data.resolve(file)))
                        .orElse(List.of()),
                bindDn.flatMap(dn -> bindPassword.map(password -> new Account(dn, password))),
                base(told),
                attribute(told, "userAttribute", "uid"),
                told.text("userFilter").map(text -> filter(told, text)),
                attribute(told, "mailAttribute", "mail"),
                groups(told));
    }

    @Override
    public String issuer() {
        return url + "/" + userBase.toNormalizedString() + "?" + mailAttribute;
    }

    String host() {
        return url.getHost().replaceAll("[\\[\\]]", ""); // of an IPv6 address
    }

    int port() {
        return url.getPort() >= 0 ? url.getPort() : startTls ? LDAP_PORT : LDAPS_PORT;
    }

    private static DN base(Description told) {
        DN base = dn(told, "userBase", told.required("userBase"));
        told.require(!base.isNullDN(), "userBase is the name of an entry");
        return base;
    }

    private static Optional<Groups> groups(Description told) {
        Optional<DN> base = told.text("groupBase").map(text -> dn(told, "groupBase", text));
        String nameAttribute = attribute(told, "groupAttribute", "cn");
        String memberAttribute = attribute(told, "memberAttribute", "member");
        Optional<String> memberOf = told.text("memberOfAttribute");
        memberOf.ifPresent(text -> attribute(told, "memberOfAttribute", text));
        told.require(base.isPresent() || memberOf.isEmpty(), "memberOfAttribute needs groupBase");
        return base.map(dn -> new Groups(dn, nameAttribute, memberAttribute, memberOf));
    }

    /// Passwords are sent to there, so it is not reached in the clear.
    private static URI url(Description told, boolean startTls) {
        URI url = Description.uri(told.required("url"));
        told.require(
                url.getHost() != null
                        && url.getRawUserInfo() == null
                        && url.getRawPath().isEmpty()
                        && url.getRawQuery() == null
                        && url.getRawFragment() == null,
                "url must be ldaps://HOST[:PORT], or ldap://HOST[:PORT] with startTls");
        told.require(
                "ldaps".equals(url.getScheme()) || ("ldap".equals(url.getScheme()) && startTls),
                "passwords go over TLS only: url must be ldaps://HOST[:PORT], or ldap://HOST[:PORT] with"
                        + " \"startTls\": true");
        told.require(!"ldaps".equals(url.getScheme()) || !startTls, "startTls is for ldap:// only: ldaps:// is TLS");
        return url;
    }

    private static List<X509Certificate> certificates(Description told, Path file) {
        try {
            told.require(Files.size(file) <= CA_FILE_BYTES_MAX, "caFile is too large");
            List<X509Certificate> found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            told.require(!found.isEmpty(), "caFile holds no certificate");
            return found;
        } catch (IOException | CertificateException unreadable) {
            throw new IllegalArgumentException(
                    told.whose() + ": caFile must be a file of certificates (PEM)", unreadable);
        }
    }

    private static String attribute(Description told, String field, String otherwise) {
        String name = told.text(field).orElse(otherwise);
        told.require(ATTRIBUTE.matcher(name).matches(), field + " must be the name of an attribute");
        return name;
    }

    private static DN dn(Description told, String field, String text) {
        try {
            return new DN(text);
        } catch (LDAPException wrong) {
            throw new IllegalArgumentException(told.whose() + ": " + field + " is no name of an entry", wrong);
        }
    }

    private static Filter filter(Description told, String text) {
        try {
            return Filter.create(text);
        } catch (LDAPException wrong) {
            throw new IllegalArgumentException(told.whose() + ": userFilter is no filter", wrong);
        }
    }

    /// Without the account.
    @Override
    public String toString() {
        return "LdapProvider[" + name + "]";
    }
}
