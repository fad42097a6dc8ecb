"""Social network: FOLLOWER follows USER. Era C, raw payload `{"follower": F, "user": U}`.

Both entries are vouched for by the follower's own part of the application, `F/social-app`, so nobody follows in another
one's name. The directories `following` and `followers` must be there.
"""


def handle(request, syscall):
    follower, user = request["follower"], request["user"]
    base = "home:<T,%s/social-app>" % follower
    with syscall.create_file("%s:following:%s" % (base, user), "T,%s/social-app" % follower) as file:
        following = file.write(user.encode())
    with syscall.create_file("%s:followers:%s" % (base, user), "T,%s/social-app" % follower) as file:
        followed = file.write(follower.encode())
    return {"following": following, "followed": followed}
