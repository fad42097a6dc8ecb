package dev.sluice.bench;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Whom a bench acts for.
final class AdminToken {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private AdminToken() {}

    /// A token of the first administrator, for an hour.
    ///
    /// @param data of a server that is ready
    static String of(Path data) throws IOException {
        JsonNode configuration = JSON.readTree(Files.readAllBytes(data.resolve("admin.json")));
        JsonNode context =
                configuration.get("contexts").get(configuration.get("current").stringValue());
        try {
            String pem = Files.readString(Path.of(context.get("jwtprivatekey").stringValue()));
            var key = JWK.parseFromPEMEncodedObjects(pem).toRSAKey();
            Instant now = Instant.now();
            var claims = new JWTClaimsSet.Builder()
                    .issuer(context.get("serviceaccount").stringValue())
                    .issueTime(Date.from(now.minusSeconds(60)))
                    .expirationTime(Date.from(now.plusSeconds(3600)))
                    .build();
            var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
            jwt.sign(new RSASSASigner(key));
            return jwt.serialize();
        } catch (JOSEException broken) {
            throw new IOException("the administrator's key cannot be used", broken);
        }
    }
}
