/// Small files written by pyarrow 26.0.1 from made-up values (the tests say which), gzip and base64:
/// `base64.b64encode(gzip.compress(bytes, mtime=0))`. Writing them takes `pyarrow.ipc.new_file` / `new_stream` with
/// `IpcWriteOptions(compression=...)`, and `pyarrow.parquet.write_table`.
enum ArrowFixtures {
    static let stream = """
        H4sIAAAAAAACA51UK08DQRCee5WlOXEJhFSQgKxE1NMEU1EJCbIQSCAUUqCiDmQFAoHDVJaEH1DZBIuoAIfgJyBRXb7Z3Wuvw52AaeZ2Ht88\
        b69aa13xiRJiKlNMJYpIQQJ5IYU4xlOt+VTgkUfUAzfBIfgVtjtwC8yYHrAIjFchV5wNMJOfzzZ4AszA4vwkgyN3nnaPz1l+MBjy6i4GomL8\
        agbPOY/AU4ulb4srM25d4LpmBp5QmVmIfOMPwHu7O1TTJraUV+MQ3Ic/QbcKGZaQJwHK7s2LGF/LqXlmaipjVc7X1nauTTw+ID/bupHcBcdf\
        G92+hzeLC/JwPTNVCT87F/eW9snbd336eXu5cHtRQCtnTpwfJfXQ7YMphmRvSGwykx9S+q7J5CnPZk3vVAXI0Hmazu7TnAIqptidaT/ZOE/o\
        efbO5XwOvufzOdYW5whCM8NklkX07dkesr2uiJrkvhGmkuibhJ7uqyritwSuLnbUEPkaYk/7Il9L6CdC74h++sJ/L/IPhH8o+h2J/kYiP9Ny\
        Zh6v4A781/9XPaUo45/7PredMLbH100k3nmKP3h5+nUX8upGBff89r16tfEYLeCLvpG0ZpDJ6wuctv8x9AOieZSC4AUAAA==
        """
    static let lz4File = """
        H4sIAAAAAAACA83VfWjMcRzA8e893+aXu7hxMrKLYZ7GxLTJnUwe2oMjJw+5GcvkcQtnE8OEQigWioVCKIQ8hEKskCk0ynMhFEIhnPf3e1/n\
        tvjft3v9vr/P975Pd/f9fS4QDBaG+goRpRwQQriFLMnCEHZhE07uKCYrsSBycrXqqxBm+PV9I+PpaJPjvbpNDUWFiq2qzS08jLcLh5rRrdcz\
        mWWd2mxcmVrTgEOtKZv9+n2530Zqj44NVo3t2FAzC4tVzVdnEfFi0OJW+4/1ieg15Rz1f7rF92oT/y49dZ3ZrP13nKPXna/rXgl9zM3WE3+J\
        /Xa9F1++N+xfmcKtz8G34nKqjx6Nphc16d/Z0qQ/YbUM5SxJcKGV/mnaI00OQYbeWhYGIBdDkIcRKMAYhDARYZTon2Y2yrEQVViGGqzBBmzC\
        NmzHbuyBPGKHcAwncBbncRlXcQO3cFceKTzCU7zEa7zHR3zFd/lVck5saIGW8KAtOqAT0tEdfdAP2chBAMMwCvkYi/GYjKmYgZmYiwVYjEpU\
        YxXWYT22YCt2Yhf2YT+O4ChO4Qwu4hLqcR23cQcP8BDP8QJv8Q6f8QU/TfLhEMKBZLjRGu2QCh+6oAd6oz8GYjD8GI6RKEQQEzAJxZiOWZiD\
        CizCUizHaqzFRmxGLXagDntxEIdxHCdxDhdwBddwEw24h/t4jGd4hTf4gE/4hh+wcHztMOBCCrzoiDR0RQYykYVByMVQ5GE0CjAOIUxBGKUo\
        wzyUI4IqrEBNQmqIB/r5aSPPbPG0El6RJZVJ8pkrLVL3CflH6HxpkEHsKqu4Y7mH7JHNtZvOZzKXndbjnug6MS+J/yi3NiCg/hN+AXjC7yIa\
        BgAA
        """
    static let zstandardFile = """
        H4sIAAAAAAACA+1WPWgUQRR+M7O7jmGLVQ88wZ8TFM7KRFKk02CTQlCCouVFtBCj+JPiOrUQLCwtBJs0FoKtcOWJjYWFhYKFRcqUljZm/ebN\
        27vZudsL2uqEd2/mve/97tudLK+uXry6QFRitTVRQW7NUU4ZpWSxw1IJJWDDnbJ03IIGiqgPugBKQJ8gew7qgRymDywM8xb2bZEBxv4dXwd9\
        BmbT43QR4Ej4rY2bd9z+BWNInRMbbK3DtwK883kDtOOx9NPj5hzucITb4BpchZZrIdKsN6Arl8/TYsm22bQY10HPoC+QrYWHPfBTAOX7plKH\
        X5wS8zbHtCy1olsvfV0d/HzH/q2Pm8a9cPYP+eyfwxePM9Nwfa4qw5+vy+VW5em6L3nqaX25K32xQFsRF6J38zGUfriVI7KfkJw9k044lyUa\
        r7Degm2OgicjGzcrJ6QGTeHKOIdMcjDUvI4I7wg/EOjUhF/yuWJ1353+1cnXJoA61Ot9RPfuj+qf1zPqNwn3c1uFsaJ61bheM6PesIb9wtvC\
        Dwqfj+qqzqeE9yL7vvDjwjeFV/UMIn+DqL/fIn8/orNV9XNH1eOtRPqeqvt/HOlfRvZDVc+vOp8MZHuDvlbweHb+Vv+nZ4rkPE8KGabVEw/k\
        2YIHmvFzZnn7feVm62xVt7T/0S7+i1BePBmDVT1JE+LMIaK1D29mvidNcU2DXM3Os17vU6JLmIWv3QfHXqWwOTPUu8SbyDN66ZvsGvtj6v2p\
        5/eaB1ePAJp6W4pHufTfcvnOtfiNdjdDLrfZivMR3INdcbEkuW5Hve2K/KPIqu/q/zv437yDr2Eelvl/td/rwf+BsgkAAA==
        """
    static let file = """
        H4sIAAAAAAACA+1WvS9EQRCf93XW5RUvIXKFhPJKEj2iuUIiEUKJkBAf8VVcR6lQKHQaJYlCeaVEq7iCTuFPUKo8v9mddc94V9Ayl3m7O/Pb\
        +dp5+25ydnZmYZQoB9VCooyYqpRShRIymIGCmGIMd+95zqMBtwKiJngaHIMfIDsFL4EZ0wQWG9N+zGsiA8za53EL3Abm0uHCrIAjGTcO17Z5\
        fm4xFEzIHkwN4/sLeLa5Cn53WHpzuCrjBhXu0ObAGRqbC1Fo9RF4fm6KxnK7t1LmYwV8An2GaA0s9MBOBpSrW5AwfqzE56b1aazUiG4rd3kN\
        4/GM+Y3zm+ha8P4Du3bn8OhwURmuabOq4Ofy4th8nFx9iTMsq8uO1MUAbUSciZ7740rqwZRi5joktZYpjMmfNVk71c9cfU/VgIxFMy3ykDoU\
        UXdKZfTxFPcFal0m393r5MF93slj4GseUWxzaH9aUXEHLoZirH3KJ8k7wlRRcZNa+3rV1f4RhZtQNWooew1Vp0Vlb0mt19V6V8VzovRnyv6l\
        0l+peFsqvpayz9RbyCfo0gO/1f907Skp6Du6l3GZ3Lnh9ShRZ+7xy/fX33qhzG/Spc+Pn+r7QxfJF3y3d8T7jAp2Q4XL3R1jz8W9s8beWKnc\
        sg3pPX8/v4qBYRnbyl9d5LfqPP+/DX/z27CIfpi0/yE+ALZTv6RKCAAA
        """
    static let deltaStream = """
        H4sIAAAAAAACA9VSyw3CMAy1k7SNUIRyqFAPjMKBAViiwBRMwJExODIAuwXHCf1EbQo3cOW4sZ+dZ8vOOXcDAAteVmCghAI0/ZGgAkXmSRhv\
        kbRmbEOIEipCW/KEXCx8bE+6JVUQxOecSTV93utPw3dDWvHdw0JUdXn0pLvH94Bz6sjMcD4IxbEmxgPjUP/dS0NIFSOH6BfQi4R5MdHaaId5\
        mNyn/O2x7+M66mMz7kMq7kF3Vca8dxO8RYb3Ik/seT1yvETgZQe81syzCrtBlXJzxg/nrBOLCVWcmfMJvpuvXZivzMxwyE8mMZngZFLj3/f4\
        0v7+Hnv7ArcVpSXIBAAA
        """
    static let moreTypes = """
        H4sIAAAAAAACA+1VPUsDQRCdSy7JIYccEiSCxQnByiKC2Cmms1NCUAuLRAyJEBPIJX4UQgoLf0bKgI1lfoKFhaWFRUpLG8FCPN/uTuI5xk6w\
        cWB2dnbevNvZ2bvLFwpbu8tEIaRnEXmkZIpcSlKCHMwglg2f4DkYbR5J202VA33C/AZ6BS1Clxjz9B6GIJhRvGleUxKHHnZa9IC4G2qMNQnT\
        6NTpDZicwcQUZl5gOqsrGJPYj42RaANaMnhn4nOB30b80mBSkhPl0LGuz9XVqjrnoDHowOSkJa+K1QOiPuKPBpORGMV7Ar1D3EPEwW5T+mQ9\
        PncrrmxG5NS0b+s11adny/AqcWmWO+VqJorbupYhjWQavsddc+ER5ZCfJdPrGH2KxToST8SIe06R/UUxUd9nm2O7wHZP8JXYZtieiXhX8HcF\
        f0/g+2IfA5E/EPFbkX8/oS4nck5WpN9R+a147Af8uC/rxiSgQa3ZakfOt+wHI1fPW0eNql9vNqqVlt+ulRt++7RSP6n4B+ftSiB5f3jeqB8X\
        Arf2MkwHO9fFkGXMs7+YoO/SlbyPAhXqd8acu4vbndQ32jN3GrdNveFZvneK44aJXtkOv/Tr/zv119+pWyzk9b/lA4vyxP9iBgAA
        """
    static let parquet = """
        H4sIAAAAAAACA5VWz28bRRR+M7teb0yEnJBZ7SJLWCgeGdWNXSAhQqnKrJ24UW1hW6UFbk5qbUPdxLHdOqqQ6AEhhHLiwAXEiUulCvEHcIio\
        xKlHkDghTpxQhRB/APNmf3hTL5GysufHe/O+73vv7chuic4lprMsW2rICRYBzBwBAE1+GbBFZpWYId0GM3K2jlZbR79Fi7HdwoIc5vIUA1NE\
        oxKqwkoNGYWINkCK6H9cSaWLACegnr8/kehLzI6hm6EnXMGJBcUEq2LLLCObQai2DJLOYi+HCbxQRElddD959HwOa7RInzyySTdBspQTYmSW\
        EWOAw+EMBBTJoU0GMQSDIAKwF9kingM/IUJsgoVSszqdthWfRiRNni2HbNmNIDV4+Gtx+MrXqdnSm6EnKgMiJ1gT8pppLk1sLj3VXJrYXC1s\
        7krUXHlmjmzQgF4LZgn/KuMlZkYJhB7bJLEEZq2KbuEdRadeMe0K+E12flwF2xjt3u7d7bIsMFqgNtkv5BuPX8piEMug4QjYPM6jAjRyaFW7\
        O+EOcLcj0XAeF5Yaxwu5ki9Z4d0qzDf6crcq131GmdHA5qzqtt7fG40Z9SPTvX7vbm9/DJbh5JxjDjlGnVUwso5UxKhlWN8Q6zvC17l59rVx\
        StgZhAVZKQobrxkOp7p0ImYmxDxSmL8T+eH/Ev6YnO+6JLKAEbDMhywjxfKQWJ8TfqLxL7RT12UGROYeFxvB3FEwH1ufEv6zzr/U4zfmf0Ai\
        LeAUDJAYOwrjuvU+/yq1MXOTHHlQoZwulx4qGKvop8T6hfDvDf4sdb4LdHZTokbfijX6nzT/KX32JTobNdC+TvrqRQtfMElhWn8R6xnhP8zx\
        P83zXaRZSm5QZ0vKwnpb32Ysg5vW04wsqD0vOp13b77tXy/7t1QZnyOvKoRoC/+5JsREuJ7YEsITVU/ZXFeITVxMWm+VyxN1dBuHe2i+6km3\
        20QEF/fNifRUm+j/QIXjeffN8v1yGRc1tx25XOXfFBE/jnWMr7Xx/IHiQ/u28teFiEkN4uv9yoc3K2rfD8+jfPlUonivPbVO430+HGoXAn1C\
        tD66UC6vo65rSpk7iUSKSK+rCGXhmphKNaiHb1L4NRxu3OjURO16OcCr+3jtJLw9XO21sB8qz23EldRNTHJrKtp1O2qp+K8m5jMK+uMF4F7E\
        t4P4fjrK+Abu1x6E+rZ8fV6SvgdBvTd9ktp7+Ooo05F4rp/T1vRUKh5C1qP6+PlM8xMRqB93W827SXg7SpqHxd3GI9WpxlgRLl8GOz/oDg/v\
        9cYXdweDi93h8GCSv98bjvYO9vOvr61UVi45x/KnIvEDn8mL05L/mf4DbSLhKDgJAAA=
        """
}
