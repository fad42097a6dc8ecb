package dev.sluice.authn;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Set;

/// Verifies signatures of tokens. The algorithm follows from the key, never from the token: `none`, HMAC with the
/// public key as secret and other families are refused before the signature is looked at.
final class Signatures {
    private static final Set<JWSAlgorithm> RSA = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.RS384, JWSAlgorithm.RS512);

    private Signatures() {}

    static boolean isSigned(JWSObject token, PublicKey key) throws JOSEException {
        JWSAlgorithm algorithm = token.getHeader().getAlgorithm();
        return switch (key) {
            case RSAPublicKey rsa -> RSA.contains(algorithm) && token.verify(new RSASSAVerifier(rsa));
            case ECPublicKey ec -> algorithm.equals(JWSAlgorithm.ES256) && token.verify(new ECDSAVerifier(ec));
            case EdECPublicKey ed -> algorithm.equals(JWSAlgorithm.EdDSA) && isSigned(token, ed);
            default -> false;
        };
    }

    private static boolean isSigned(JWSObject token, EdECPublicKey key) {
        try {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(key);
            ed25519.update(token.getSigningInput());
            return ed25519.verify(token.getSignature().decode());
        } catch (GeneralSecurityException notASignature) {
            return false;
        }
    }
}
