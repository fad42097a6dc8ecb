package dev.sluice.api;

import dev.sluice.http.Request;
import dev.sluice.org.Action;
import dev.sluice.org.IamKind;
import java.util.List;

/// What organizations keep of one kind of `iam` by name, as [IamRoutes] shows and changes it.
interface IamEntities<T> {
    IamKind kind();

    /// The name that a body says.
    ///
    /// @throws Rejection 422
    default String nameIn(JsonBody body) {
        return body.requiredName();
    }

    /// The name in the path.
    ///
    /// @throws Rejection 422
    default String nameIn(Request request) {
        return PathName.of(request, kind().said() + "Name");
    }

    List<T> list(IamDoor.Author author);

    /// @throws dev.sluice.kernel.Refused `NOT_FOUND`
    T find(IamDoor.Author author, String name);

    /// Decides whether he may by what is so now, as [#update] and [#delete] do.
    ///
    /// @throws Rejection if the body says no such thing, or he gives what he has not
    T create(IamDoor.Author author, String name, JsonBody body);

    T update(IamDoor.Author author, String name, JsonBody body);

    T delete(IamDoor.Author author, String name);

    /// @param done what has been done with it
    void write(T entity, Action done, JsonWriter out);
}
